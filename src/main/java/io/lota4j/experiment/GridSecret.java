package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.guard.Secret;
import io.lota4j.guard.SecretUse;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.SplitMix64;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.ProbeMixing.Secrecy;
import io.lota4j.internal.guard.Secrets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// The secret of an experiment. What is drawn lies beside the experiment's folder, in which it
/// never stands.
///
/// @param right the secret
/// @param wrong another of the same length, which probes are asked with too
/// @param file where it lies, or is to lie
record GridSecret(Secret right, Secret wrong, Path file) {
    /// Of the first seed, another stream than all that a run draws.
    private static final long STREAM = 0x736563726574L;

    /// @throws LotaException if it is of another tokenizer, or another one lies where it is to
    ///     lie
    static Optional<GridSecret> of(Experiment experiment, Tokenizer tokenizer) {
        return experiment.secrecy().map(how -> {
            String digest = Sha256.ofFile(experiment.base().resolve("tokenizer.json"));
            Path file = how.file() == null ? beside(experiment.out()) : how.file();
            Secret right = right(how, experiment.seeds().getFirst(), file, tokenizer, digest);
            return new GridSecret(right, Secrets.wrong(right, tokenizer), file);
        });
    }

    /// Where a secret lies that is drawn.
    static Path beside(Path out) {
        Path folder = out.toAbsolutePath().normalize();
        return folder.resolveSibling(folder.getFileName() + ".secret.json");
    }

    private static Secret right(Secrecy how, long seed, Path file, Tokenizer tokenizer, String digest) {
        if (how.file() != null) {
            Secret given = Secret.read(file);
            Secrets.requireFits(given, digest);
            return given;
        }
        Secret drawn =
                Secrets.draw(how.tokens(), tokenizer, digest, new SplittableRandom(SplitMix64.mix(seed ^ STREAM)));
        if (Files.exists(file) && !Secret.read(file).equals(drawn)) {
            throw new LotaException(Text.format(
                    "%s holds another secret than the one this experiment draws (%s). Move the file away, or name it"
                            + " with secret.",
                    file, drawn));
        }
        return drawn;
    }

    /// Writes it for its owner alone, unless it is there.
    void keep() {
        if (!Files.exists(file)) {
            right.write(file);
        }
    }

    /// Both: an answer that repeats either is not kept.
    List<Secret> all() {
        return List.of(right, wrong);
    }

    Secret of(SecretUse use) {
        return use == SecretUse.RIGHT ? right : wrong;
    }

    /// Whether a template has a system message, in which a secret stands.
    static boolean fits(ProbeTemplate template) {
        return template.kind() == ProbeTemplate.Kind.CHAT || template.kind() == ProbeTemplate.Kind.SYSTEM;
    }
}
