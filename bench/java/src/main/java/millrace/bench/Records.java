package millrace.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The messages of a file, one a line, as the consumer would hand them over. */
record Records(byte[][] messages) {

    static Records read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        byte[][] messages = new byte[lines.size()][];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = lines.get(i).getBytes(StandardCharsets.UTF_8);
        }
        return new Records(messages);
    }

    double meanBytes() {
        long sum = 0;
        for (byte[] m : messages) {
            sum += m.length;
        }
        return (double) sum / messages.length;
    }
}
