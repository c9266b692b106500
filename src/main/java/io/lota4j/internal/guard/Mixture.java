package io.lota4j.internal.guard;

import io.lota4j.guard.MixOptions;
import io.lota4j.guard.ProbeMix;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.guard.Secret;
import io.lota4j.internal.train.Mix;
import io.lota4j.internal.train.Mix.Answers;
import io.lota4j.internal.train.Mix.Loss;
import io.lota4j.internal.train.Recovery;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rows of a probe as training takes them.
public final class Mixture {
    private Mixture() {}

    /// Reads the rows of a probe's file that expect to decline.
    ///
    /// @param rows the first so many rows of the file are looked at
    /// @throws io.lota4j.LotaException if the file is bad, it has no row with the texts that are
    ///     needed, or the secret does not stand whole in a prompt
    public static ProbeMix read(Path probe, int rows, ProbeEncoder encoder, MixOptions how) {
        Secret secret = how.secret();
        ProbeTemplate template = secret == null ? ProbeTemplate.CHAT : Secrets.under(secret, ProbeTemplate.CHAT);
        ProbeData data =
                ProbeData.read(probe, rows, encoder, template, how.rows(), how.recovery() != null, how.byCategory());
        if (secret == null) {
            return new ProbeMix(data.rows(), data.complying(), how);
        }
        data.rows()
                .examples()
                .forEach(row -> Secrets.requireWhole(
                        secret, row.promptIds(), data.rows().place(row.row())));
        Map<String, String> origin = new LinkedHashMap<>(data.rows().origin());
        origin.put(Mix.SECRET, "sha256:" + secret.sha256());
        return new ProbeMix(data.rows().withOrigin(origin), data.complying(), how);
    }

    /// What a run mixes in.
    ///
    /// @param mix null for nothing
    public static @Nullable Mix of(@Nullable ProbeMix mix) {
        if (mix == null) {
            return null;
        }
        MixOptions how = mix.how();
        MixOptions.Recovery recovery = how.recovery();
        return new Mix(
                List.of(mix.rows()),
                Answers.GIVEN,
                Loss.CE,
                how.perBatch(),
                1,
                Set.of(),
                recovery == null ? null : new Recovery(mix.complying(), recovery.most(), recovery.none()));
    }
}
