package millrace.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/** Runs the cases named on the command line (all, when none is) over the records of a folder and prints a JSON line for each. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.err.println("usage: run.sh FOLDER [case ...]; FOLDER holds schemaless.jsonl and envelope.jsonl, cases are " + Cases.names());
            System.exit(2);
        }
        Records schemaless = Records.read(Path.of(args[0], "schemaless.jsonl"));
        Records envelope = Records.read(Path.of(args[0], "envelope.jsonl"));
        Set<String> chosen = Set.copyOf(Arrays.asList(args).subList(1, args.length));
        for (Cases.Case c : Cases.all(schemaless, envelope)) {
            if (chosen.isEmpty() || chosen.contains(c.name())) {
                System.out.println(Meter.measure(c));
            }
        }
    }
}
