package millrace.bench;

import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs the cases named on the command line (all, when none is) over the data sets in a folder, one file each, and prints a JSON line for each. */
public final class Main {
    private static final String ENDING = ".jsonl";

    private Main() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.err.println("usage: run.sh FOLDER [case ...]; FOLDER holds the files of writerecords, a case is json/STEP/SET, steps are " + Cases.STEPS + ", FORMAT/STEP with the steps " + Registry.STEPS + ", or transform/NAME/SET of transforms.txt");
            System.exit(2);
        }
        List<Path> files;
        try (Stream<Path> found = Files.list(Path.of(args[0]))) {
            files = found.filter(f -> f.toString().endsWith(ENDING)).sorted().toList();
        }
        List<String> chosen = Arrays.asList(args).subList(1, args.length);
        List<Transforms.Spec> specs = Transforms.read();
        for (Path file : files) {
            String name = file.getFileName().toString();
            String set = name.substring(0, name.length() - ENDING.length()).replaceFirst("-(?=schemaless$|envelope$)", "/");
            List<String> names = Cases.names(set).stream().filter(n -> chosen.isEmpty() || chosen.contains(n)).toList();
            List<Transforms.Spec> wanted = specs.stream().filter(s -> s.isFor(set) && (chosen.isEmpty() || chosen.contains(s.caseName(set)))).toList();
            if (!names.isEmpty()) {
                for (Cases.Case c : Cases.of(set, Records.read(file), chains(specs))) {
                    if (names.contains(c.name())) {
                        System.out.println(Meter.measure(c));
                    }
                }
            }
            List<String> registry = Registry.names(set).stream().filter(n -> chosen.isEmpty() || chosen.contains(n)).toList();
            if (!registry.isEmpty()) {
                for (Cases.Case c : Registry.of(Records.read(file), registry)) {
                    if (registry.contains(c.name())) {
                        System.out.println(Meter.measure(c));
                    }
                }
            }
            if (!wanted.isEmpty()) {
                for (Cases.Case c : Transforms.of(set, Records.read(file), wanted)) {
                    System.out.println(Meter.measure(c));
                }
            }
        }
    }

    /** The chains between reading and writing, by their step. */
    private static Map<String, List<Transformation<SinkRecord>>> chains(List<Transforms.Spec> specs) {
        return Map.of("chain-none", List.of(), "chain-five", specs.stream().filter(s -> s.name().equals("five")).findFirst().orElseThrow().make());
    }
}
