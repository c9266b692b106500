package io.lota4j.cli;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import org.roaringbitmap.RoaringBitmap;

/// What the launcher has a JVM do once, so that its ahead-of-time cache holds the classes that commands begin
/// with: the help, and a merge of two small tickets.
final class CacheRun {
    private CacheRun() {}

    /// @param args a directory for files that are removed again
    public static void main(String[] args) throws IOException {
        run(Path.of(args[0]), new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    }

    static void run(Path directory, PrintWriter out) throws IOException {
        Path folder = Files.createTempDirectory(directory, "cache");
        try {
            String ticket = folder.resolve("a.ticket.safetensors").toString();
            String merged = folder.resolve("b.ticket.safetensors").toString();
            TicketFile.write(Path.of(ticket), ticket());
            Main lota = new Main(Commands.standard(), out, out);
            lota.execute("--help");
            lota.execute("merge", "--ticket", ticket, "--ticket", ticket, "--method", "ties", "--out", merged);
        } finally {
            AtomicFile.deleteTree(folder);
        }
    }

    private static Ticket ticket() {
        RoaringBitmap index = RoaringBitmap.bitmapOf(1, 2);
        byte[] bits = new byte[2 * Short.BYTES];
        TicketTensor tensor = new TicketTensor(Shape.of(2, 2), DType.F32, index, new float[] {1, -1}, DType.BF16, bits);
        TicketInfo info = new TicketInfo("0".repeat(64), "w", "changed", OptionalDouble.empty(), Map.of());
        return new Ticket(info, Map.of("w", tensor));
    }
}
