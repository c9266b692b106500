package io.lota4j.campaign;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What jazzer calls with inputs of one format, which the system property `campaign.format` names. Nothing here is of
/// jazzer's: it finds the methods by their names.
///
/// Whether damage is found is not asked: a fuzzer that sees comparisons learns to write checksums.
public final class GuidedTarget {
    private static HostileFormat format;

    private GuidedTarget() {}

    /// Before the first input.
    public static void fuzzerInitialize() throws IOException {
        format = HostileFormats.of(
                System.getProperty("campaign.format"), Files.createTempDirectory(scratch(), "lota-guided"));
    }

    private static Path scratch() {
        return Path.of(System.getProperty("campaign.scratch", System.getProperty("java.io.tmpdir")));
    }

    /// One input.
    ///
    /// @throws IOException when it cannot be put where it is read from
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            format.reading().read(input);
        } catch (LotaException refused) {
            if (refused.getMessage() == null || refused.getMessage().isBlank()) {
                throw refused;
            }
        }
    }
}
