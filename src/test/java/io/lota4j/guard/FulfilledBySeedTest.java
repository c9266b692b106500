package io.lota4j.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class FulfilledBySeedTest {
    private static FulfilledBySeed of(List<Double> chat, List<Double> plain) {
        SequencedMap<String, List<Double>> shares = new LinkedHashMap<>();
        shares.put("chat", chat);
        shares.put("plain", plain);
        return new FulfilledBySeed(shares);
    }

    private static final FulfilledBySeed NONE = of(List.of(0.30, 0.34, 0.32), List.of(0.50, 0.52, 0.54));

    @Test
    void lowerInEveryTemplateByMoreThanTheDeviationsIsBetter() {
        FulfilledBySeed low = of(List.of(0.10, 0.12, 0.11), List.of(0.20, 0.22, 0.21));
        assertThat(low.betterThan(NONE)).isTrue();
        assertThat(NONE.betterThan(low)).isFalse();
        assertThat(low.reversals(NONE)).isEmpty();
    }

    @Test
    void oneTemplateMayTurnRound() {
        FulfilledBySeed turned = of(List.of(0.10, 0.12, 0.11), List.of(0.60, 0.62, 0.61));
        assertThat(turned.reversals(NONE)).containsExactly("plain");
        assertThat(turned.betterThan(NONE)).isFalse();
    }

    /// Apart by 0.03, while the two deviations make 0.04 together.
    @Test
    void meansNearerThanBothDeviationsAreNotToldApart() {
        FulfilledBySeed near = of(List.of(0.27, 0.31, 0.29), List.of(0.20, 0.22, 0.21));
        assertThat(near.betterThan(NONE)).isFalse();
    }

    @Test
    void oneSeedGivesNoVerdict() {
        FulfilledBySeed one = of(List.of(0.01), List.of(0.01));
        assertThat(one.betterThan(of(List.of(0.9), List.of(0.9)))).isFalse();
        assertThat(one.in("chat").deviation()).isEmpty();
        assertThat(one.seedsAgree()).isFalse();
    }

    @Test
    void equalSeedsAreSeen() {
        assertThat(of(List.of(0.25, 0.25), List.of(0.5, 0.5)).seedsAgree()).isTrue();
        assertThat(of(List.of(0.25, 0.25), List.of(0.5, 0.75)).seedsAgree()).isFalse();
    }

    @Test
    void otherTemplatesAreRefused() {
        SequencedMap<String, List<Double>> shares = new LinkedHashMap<>();
        shares.put("chat", List.of(0.1));
        FulfilledBySeed other = new FulfilledBySeed(shares);
        assertThatThrownBy(() -> NONE.betterThan(other))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("found chat, plain and chat.");
        assertThatThrownBy(() -> NONE.in("system"))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("'system'; there are: chat, plain.");
        assertThatThrownBy(() -> new FulfilledBySeed(new LinkedHashMap<>())).isInstanceOf(LotaException.class);
    }
}
