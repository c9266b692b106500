package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import io.lota4j.memory.Device;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is compiled once, and how long it is kept.
class ScriptModuleTest {
    private static final TensorDevice HOST = TensorDevice.of(Device.CPU);

    @BeforeEach
    void load() {
        assertThat(Torch.threads()).isPositive();
    }

    /// Sources that differ, though not in what they do.
    private static ScriptModule module(int blanks) {
        return ScriptModule.of(Engine.getEngine("PyTorch"), HOST, "\n".repeat(blanks));
    }

    @Test
    void modelsOfOneKindShareIt() {
        try (ScriptModule first = module(1)) {
            PtSymbolBlock block = first.block();
            try (ScriptModule second = module(1);
                    ScriptModule other = module(2)) {
                assertThat(second.block()).isSameAs(block);
                assertThat(other.block()).isNotSameAs(block);
            }
            try (ScriptModule third = module(1)) {
                assertThat(third.block()).isSameAs(block);
            }
        }
    }

    @Test
    void onlyTheLastFewThatNobodyUsesAreKept() {
        PtSymbolBlock used;
        PtSymbolBlock unused;
        try (ScriptModule kept = module(3)) {
            used = kept.block();
            try (ScriptModule eldest = module(4)) {
                unused = eldest.block();
            }
            for (int blanks = 5; blanks < 15; blanks++) {
                module(blanks).close();
            }
            try (ScriptModule again = module(3);
                    ScriptModule anew = module(4)) {
                assertThat(again.block()).isSameAs(used);
                assertThat(anew.block()).isNotSameAs(unused);
            }
        }
    }

    @Test
    void oneThatIsClosedTwiceHarmsNoOther() {
        try (Torch open = new Torch("\n".repeat(20))) {
            Torch closed = new Torch("\n".repeat(20));
            closed.close();
            closed.close();
            for (int blanks = 21; blanks < 31; blanks++) {
                new Torch("\n".repeat(blanks)).close();
            }
            try (PtNDManager scope = open.scope()) {
                PtNDArray x = (PtNDArray)
                        Torch.floats(scope, new float[] {1, 2, 3, 4}).reshape(2, 2);
                assertThat(open.one(scope, "turned", x).toFloatArray()).containsExactly(1, 3, 2, 4);
            }
        }
    }
}
