package millrace.bench;

import com.sun.management.OperatingSystemMXBean;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * Measures CPU nanoseconds a record: of the whole process, so that the collector counts.
 *
 * <p>A pass is one walk over all records. Warm-up and samples are measured in processor time too: others may use the machine. What the cases return is summed and printed, so that no work can be left out.
 */
final class Meter {
    private static final long WARM_UP_NANOS = 3_000_000_000L;
    private static final long SAMPLE_NANOS = 500_000_000L;
    private static final OperatingSystemMXBean PROCESS = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private Meter() {}

    static void warm(Cases.Case c) {
        long until = PROCESS.getProcessCpuTime() + WARM_UP_NANOS;
        while (PROCESS.getProcessCpuTime() < until) {
            c.pass().getAsLong();
        }
    }

    /** One sample, as bench.Sample has it. */
    static String sample(Cases.Case c) {
        long check = 0;
        long records = 0;
        long cpu = PROCESS.getProcessCpuTime();
        long start = System.nanoTime();
        while (PROCESS.getProcessCpuTime() - cpu < SAMPLE_NANOS) {
            check += c.pass().getAsLong();
            records += c.records();
        }
        double wall = (double) (System.nanoTime() - start) / records;
        double process = (double) (PROCESS.getProcessCpuTime() - cpu) / records;
        return String.format(Locale.ROOT, "{\"case\":\"%s\",\"ns_per_record\":%.1f,\"wall_ns_per_record\":%.1f,\"records\":%d,\"bytes_per_record\":%.1f,\"check\":%d,\"jdk\":\"%s\"}",
            c.name(), process, wall, c.records(), c.bytesPerRecord(), check & 0xFFFF, System.getProperty("java.runtime.version"));
    }
}
