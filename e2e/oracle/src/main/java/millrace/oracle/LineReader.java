package millrace.oracle;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Splits a stream at newlines and knows whether the next line can be had without waiting. */
final class LineReader {
    private final InputStream in;
    private byte[] buffer;
    private int start;
    private int end;

    LineReader(InputStream in, int bufferBytes) {
        this.in = in;
        this.buffer = new byte[bufferBytes];
    }

    /** The next line without its newline, or null at the end of input. */
    byte[] next() throws IOException {
        int scanned = start;
        while (true) {
            for (int i = scanned; i < end; i++) {
                if (buffer[i] == '\n') {
                    byte[] line = Arrays.copyOfRange(buffer, start, i);
                    start = i + 1;
                    return line;
                }
            }
            int kept = end - start;
            if (!fill()) {
                if (kept == 0) {
                    return null;
                }
                byte[] line = Arrays.copyOfRange(buffer, start, end);
                start = end;
                return line;
            }
            scanned = start + kept;
        }
    }

    /** Whether bytes of a further line have arrived. */
    boolean hasBuffered() throws IOException {
        return start < end || in.available() > 0;
    }

    private boolean fill() throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int n = in.read(buffer, end, buffer.length - end);
        if (n < 0) {
            return false;
        }
        end += n;
        return true;
    }
}
