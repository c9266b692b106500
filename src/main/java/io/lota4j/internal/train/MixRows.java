package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.SplitMix64;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.data.BatchOrder;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.train.distill.OwnAnswers;
import io.lota4j.train.TrainConfig;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The rows of a mix as a run draws them: a pure function of the step, so that a resumed run draws the same. Own
/// answers are made once, before the first step.
final class MixRows implements KeptInState {
    /// Of a run's seed, another stream than the one that orders its own rows.
    private static final long STREAM = 0x6d69786564696eL;

    private static final String ANSWERS = "mix.answers";
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Mix mix;
    private final int firstPlace;
    private final List<BatchOrder> orders = new ArrayList<>();
    private final List<List<Example>> answered = new ArrayList<>();
    private final List<int[]> useful = new ArrayList<>();
    private final long seed;
    private final boolean shuffle;

    /// @param config of the run, whose seed orders them; without shuffling they come in the order of their files
    /// @param firstPlace of these rows among all that the run takes
    MixRows(Mix mix, TrainConfig config, int firstPlace) {
        this.mix = mix;
        this.seed = config.seed();
        this.shuffle = config.shuffle();
        this.firstPlace = firstPlace;
        if (mix.answers() == Mix.Answers.GIVEN) {
            mix.sources().forEach(source -> take(source.examples()));
        }
    }

    Mix mix() {
        return mix;
    }

    /// Whether there are answers to all rows.
    boolean isReady() {
        return orders.size() == mix.sources().size();
    }

    private void take(List<Example> rows) {
        Dataset source = mix.sources().get(answered.size());
        answered.add(List.copyOf(rows));
        int[] some = useful(rows);
        if (some.length == 0) {
            throw new LotaException(Text.format(
                    "%s: no row has room for a token of an answer, so there is nothing to mix in.", source.name()));
        }
        useful.add(some);
        orders.add(new BatchOrder(some.length, 1, SplitMix64.mix(seed ^ STREAM) + orders.size(), shuffle));
    }

    /// Places of the rows that have an answer: a long prompt may leave no room for one.
    private static int[] useful(List<Example> rows) {
        return IntStream.range(0, rows.size())
                .filter(row -> rows.get(row).labelledTokens() > 0)
                .toArray();
    }

    /// Has the model answer all prompts with the weights that it has.
    ///
    /// @param stop asked between parts
    /// @return whether it came to its end
    boolean answer(Decoder decoder, Reference.ReferenceListener listener, BooleanSupplier stop) {
        int all = mix.sources().stream().mapToInt(s -> s.examples().size()).sum();
        int done = answered.stream().mapToInt(List::size).sum();
        OwnAnswers own = new OwnAnswers(decoder, mix.stop(), mix.generate());
        while (!isReady()) {
            int before = done;
            List<Example> prompts = mix.sources().get(answered.size()).examples();
            Optional<List<Example>> rows = own.to(prompts, count -> listener.computed(before + count, all), stop);
            if (rows.isEmpty()) {
                return false;
            }
            take(rows.get());
            done += prompts.size();
        }
        return true;
    }

    /// The rows that a step mixes in: draw `k`, counted over all steps, is of source `k mod sources`.
    ///
    /// @param step from 0
    List<Sample> of(long step) {
        int sources = orders.size();
        List<Sample> drawn = new ArrayList<>();
        for (int row = 0; row < mix.perBatch(); row++) {
            long draw = step * mix.perBatch() + row;
            drawn.add(sample((int) (draw % sources), draw / sources));
        }
        return drawn;
    }

    private Sample sample(int source, long draw) {
        int row = useful.get(source)[orders.get(source).step(draw)[0]];
        int before = answered.subList(0, source).stream().mapToInt(List::size).sum();
        Example example = answered.get(source).get(row);
        Recovery recovery = mix.recovery();
        if (recovery != null) {
            long epoch = draw / useful.get(source).length;
            example = recovery.drawn(
                    seed, row, epoch, example, mix.sources().get(source).maxLength());
        }
        return new Sample(firstPlace + before + row, example);
    }

    /// Whether a sample is one of these.
    boolean has(Sample sample) {
        return sample.place() >= firstPlace;
    }

    /// Where rows of these stand.
    String places(List<Sample> some) {
        return some.stream().map(this::place).collect(Collectors.joining(", "));
    }

    private String place(Sample sample) {
        int place = sample.place() - firstPlace;
        int source = 0;
        while (place >= answered.get(source).size()) {
            place -= answered.get(source).size();
            source++;
        }
        return mix.sources().get(source).place(sample.example().row());
    }

    @Override
    public void addTo(List<TensorSource> tensors) {
        if (mix.answers() == Mix.Answers.OWN && isReady()) {
            int[] all = answered.stream()
                    .flatMap(List::stream)
                    .flatMapToInt(MixRows::told)
                    .toArray();
            tensors.add(new TensorSource(
                    ANSWERS,
                    DType.I32,
                    Shape.of(all.length),
                    target -> MemorySegment.copy(all, 0, target, INT, 0, all.length)));
        }
    }

    /// Tokens of an answer, with their number before them.
    private static IntStream told(Example row) {
        int prompt = row.promptLength();
        return IntStream.concat(IntStream.of(row.length() - prompt), Arrays.stream(row.ids(), prompt, row.length()));
    }

    @Override
    public void read(SafetensorsFile state, long step) {
        if (mix.answers() == Mix.Answers.GIVEN) {
            return;
        }
        TensorInfo info = state.tensors().get(ANSWERS);
        if (info == null && step == 0) {
            // Stopped while they were being given.
            return;
        }
        if (info == null || info.dtype() != DType.I32) {
            throw malformed(state);
        }
        int[] all = state.bytes(ANSWERS).toArray(INT);
        int at = 0;
        for (Dataset source : mix.sources()) {
            List<Example> rows = new ArrayList<>();
            for (Example prompt : source.examples()) {
                int count = at < all.length ? all[at] : -1;
                if (count < 0 || count > all.length - at - 1) {
                    throw malformed(state);
                }
                rows.add(OwnAnswers.example(prompt, Arrays.copyOfRange(all, at + 1, at + 1 + count)));
                at += 1 + count;
            }
            take(rows);
        }
    }

    private static LotaException malformed(SafetensorsFile state) {
        return new LotaException(Text.format(
                "%s: expected the I32 tensor %s with an answer to every prompt that is mixed in. Remove the file to"
                        + " start again.",
                state.path(), ANSWERS));
    }
}
