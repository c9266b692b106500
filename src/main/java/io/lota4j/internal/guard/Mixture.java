package io.lota4j.internal.guard;

import io.lota4j.guard.MixOptions;
import io.lota4j.guard.ProbeMix;
import io.lota4j.internal.train.Mix;
import io.lota4j.internal.train.Mix.Answers;
import io.lota4j.internal.train.Mix.Loss;
import io.lota4j.internal.train.Recovery;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rows of a probe as training takes them.
public final class Mixture {
    private Mixture() {}

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
