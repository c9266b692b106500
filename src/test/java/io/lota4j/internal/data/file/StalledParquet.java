package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/// Reads a Parquet file whose damaged page is looked at without end, in a JVM that ends with it.
final class StalledParquet {
    /// Damages the file so that a page's size is wrong.
    private static final int SEED = 80;

    private StalledParquet() {}

    public static void main(String[] args) throws IOException {
        byte[] bytes = Files.readAllBytes(Path.of(args[0]));
        Random random = new Random(SEED);
        int changed = 1 + random.nextInt(4);
        for (int i = 0; i < changed; i++) {
            bytes[4 + random.nextInt(bytes.length - 8)] = (byte) random.nextInt(256);
        }
        Path damaged = Files.write(Path.of(args[1]), bytes);
        try (RowReader rows = new Parquet(Duration.ofSeconds(2)).open(Source.of("damaged.parquet", damaged))) {
            System.out.println("read " + rows.next());
        } catch (LotaException e) {
            System.out.println("refused: " + e.getMessage() + " Interrupted: " + Thread.interrupted());
        }
        System.exit(0);
    }
}
