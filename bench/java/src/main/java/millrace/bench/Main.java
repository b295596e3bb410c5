package millrace.bench;

import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures the case of each name that it reads from standard input, over the data sets in a folder, and answers with a sample as a line of JSON. A case that did not run last is warmed up.
 */
public final class Main {
    private static final String ENDING = ".jsonl";

    private final Path folder;
    private final List<Transforms.Spec> specs;
    private List<Cases.Case> made = List.of();

    private Main(Path folder) throws IOException {
        this.folder = folder;
        this.specs = Transforms.read();
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.err.println("usage: run.sh FOLDER <NAMES; FOLDER holds the files of writerecords, a name is json/STEP/SET, steps are " + Cases.STEPS + ", FORMAT/STEP with the steps " + Registry.STEPS + ", or transform/NAME/SET of transforms.txt");
            System.exit(2);
        }
        new Main(Path.of(args[0])).answer(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    }

    private void answer(BufferedReader names) throws Exception {
        String warm = "";
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            Cases.Case c = find(name);
            if (c == null) {
                System.out.println("{\"case\":\"" + name + "\",\"error\":\"no such case\"}");
                continue;
            }
            if (!warm.equals(name)) {
                Meter.warm(c);
                warm = name;
            }
            System.out.println(Meter.sample(c));
        }
    }

    /** The case of a name, null where there is none. What was made with the last one is kept. */
    private Cases.Case find(String name) throws Exception {
        Cases.Case c = among(made, name);
        if (c != null) {
            return c;
        }
        made = List.of();
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(f -> f.toString().endsWith(ENDING)).sorted().toList();
        }
        for (Path file : files) {
            String base = file.getFileName().toString();
            String set = base.substring(0, base.length() - ENDING.length()).replaceFirst("-(?=schemaless$|envelope$)", "/");
            List<Transforms.Spec> ofSet = specs.stream().filter(s -> s.isFor(set)).toList();
            if (Cases.names(set).contains(name)) {
                made = Cases.of(set, Records.read(file), chains(specs));
            } else if (Registry.names(set).contains(name)) {
                String format = name.substring(0, name.indexOf('/') + 1);
                made = Registry.of(Records.read(file), Registry.names(set).stream().filter(n -> n.startsWith(format)).toList());
            } else if (ofSet.stream().anyMatch(s -> s.caseName(set).equals(name))) {
                made = Transforms.of(set, Records.read(file), ofSet);
            }
        }
        return among(made, name);
    }

    private static Cases.Case among(List<Cases.Case> cases, String name) {
        return cases.stream().filter(c -> c.name().equals(name)).findFirst().orElse(null);
    }

    /** The chains between reading and writing, by their step. */
    private static Map<String, List<Transformation<SinkRecord>>> chains(List<Transforms.Spec> specs) {
        return Map.of("chain-none", List.of(), "chain-five", specs.stream().filter(s -> s.name().equals("five")).findFirst().orElseThrow().make());
    }
}
