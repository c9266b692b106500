import io.lota4j.Calibration;
import io.lota4j.Lota;
import io.lota4j.RowOptions;
import io.lota4j.ticket.*;
import io.lota4j.train.*;
import java.nio.file.*;
import java.util.*;

/// Trains two tickets on a base and adds them up.
class Consumer {
    public static void main(String[] args) throws Exception {
        List<Ticket> tickets = new ArrayList<>();
        try (Lota lota = Lota.open(Path.of(args[0]))) {
            for (String answer : List.of("yes", "no")) {
                Path file = Files.writeString(
                        Files.createTempFile("rows", ".jsonl"), "{\"q\": \"ok?\", \"a\": \"" + answer + "\"}\n");
                var rows = lota.data(file, RowOptions.templates("{q}", "{a}"));
                var mask = lota.calibrate(
                                rows,
                                Calibration.of(0.9),
                                TrainConfig.of(2, 1e-3).build())
                        .result();
                tickets.add(
                        lota.train(rows, mask, TrainConfig.of(3, 1e-3).build()).result());
                Files.delete(file);
            }
        }
        TicketFile.write(Path.of(args[1]), Lota.sum(tickets));
        System.out.println("merged " + tickets.size() + " tickets");
    }
}
