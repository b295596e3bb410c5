package millrace.bench;

import com.sun.management.OperatingSystemMXBean;

import org.apache.kafka.common.utils.AppInfoParser;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/**
 * Measures CPU nanoseconds a record: of the whole process, so that the collector counts, as the median of several runs after a warm-up.
 *
 * <p>A pass is one walk over all records. Warm-up and runs are measured in processor time too: others may use the machine. What the cases return is summed and printed, so that no work can be left out.
 */
final class Meter {
    private static final long WARM_UP_NANOS = 3_000_000_000L;
    private static final long RUN_NANOS = 1_000_000_000L;
    private static final int RUNS = 5;
    private static final OperatingSystemMXBean PROCESS = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private Meter() {}

    static String measure(Cases.Case c) {
        long check = 0;
        long until = PROCESS.getProcessCpuTime() + WARM_UP_NANOS;
        while (PROCESS.getProcessCpuTime() < until) {
            check += c.pass().getAsLong();
        }
        double[] process = new double[RUNS];
        double[] wall = new double[RUNS];
        long records = 0;
        for (int run = 0; run < RUNS; run++) {
            long done = 0;
            long cpu = PROCESS.getProcessCpuTime();
            long start = System.nanoTime();
            while (PROCESS.getProcessCpuTime() - cpu < RUN_NANOS) {
                check += c.pass().getAsLong();
                done += c.records();
            }
            wall[run] = (double) (System.nanoTime() - start) / done;
            process[run] = (double) (PROCESS.getProcessCpuTime() - cpu) / done;
            records += done;
        }
        Arrays.sort(process);
        Arrays.sort(wall);
        return String.format(Locale.ROOT, "{\"case\":\"%s\",\"ns_per_record\":%.1f,\"wall_ns_per_record\":%.1f,\"records\":%d,\"bytes_per_record\":%.1f,\"check\":%d,\"kafka\":\"%s\",\"jdk\":\"%s\"}",
            c.name(), process[RUNS / 2], wall[RUNS / 2], records, c.bytesPerRecord(), check & 0xFFFF, AppInfoParser.getVersion(), System.getProperty("java.runtime.version"));
    }
}
