package millrace.oracle;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.TimeZone;

/**
 * Speaks the conformance protocol on standard input and output: one JSON request a line, one JSON response a line, in order.
 *
 * <p>Anything a library prints goes to standard error. The work runs on one thread with a deep stack, so that the original's own
 * limits on nesting are met before the thread's.
 */
public final class Main {
    private static final long STACK_BYTES = 256L << 20;
    private static final int BUFFER_BYTES = 1 << 16;

    private Main() {}

    public static void main(String[] args) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        FileInputStream in = new FileInputStream(FileDescriptor.in);
        OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
        System.setOut(new PrintStream(System.err, true));
        if (args.length == 1 && args[0].equals("--about")) {
            out.write((About.line() + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            return;
        }
        Throwable[] failure = new Throwable[1];
        Thread worker = new Thread(null, () -> {
            try {
                serve(new LineReader(in, BUFFER_BYTES), out);
            } catch (Throwable e) {
                failure[0] = e;
            }
        }, "oracle", STACK_BYTES);
        worker.start();
        worker.join();
        if (failure[0] != null) {
            failure[0].printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }

    private static void serve(LineReader in, OutputStream out) throws IOException {
        Dispatcher dispatcher = new Dispatcher();
        byte[] line;
        while ((line = in.next()) != null) {
            out.write(dispatcher.answer(line));
            out.write('\n');
            if (!in.hasBuffered()) {
                out.flush();
            }
        }
        out.flush();
    }
}
