package io.lota4j.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.guard.Mutation;
import io.lota4j.guard.ProbeAnswer;
import org.junit.jupiter.api.Test;

class SliceTest {
    @Test
    void aTextIsReadAsItWasWritten() {
        assertThat(Slice.USUAL.text()).isNull();
        assertThat(Slice.parse(null)).isEqualTo(Slice.USUAL);
        Slice[] slices = {
            Slice.USUAL.of("live facts"),
            new Slice(null, null, 5, "right", "system=Be brief. Say prefill=3"),
            new Slice("a=b", "upper", 10, null, "plain"),
            new Slice(null, "caesar", 0, "wrong", "wrap={prompt} category=x\nmutation=y"),
        };
        for (Slice slice : slices) {
            assertThat(Slice.parse(slice.text())).isEqualTo(slice);
        }
        assertThat(slices[2].text()).isEqualTo("category=a=b mutation=upper prefill=10 template=plain");
    }

    /// Answers and figures name a form alike.
    @Test
    void aFormIsNamedAsInAnswers() {
        assertThat(new ProbeAnswer.Form("plain", Mutation.UPPER, 5).slice())
                .isEqualTo(new Slice(null, "upper", 5, null, "plain").text());
    }
}
