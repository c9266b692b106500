package io.lota4j.internal.model;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.DecodingKernel;
import io.lota4j.internal.kernel.VectorModule;
import io.lota4j.internal.kernel.vector.VectorDecodingKernel;
import io.lota4j.model.Sampling;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Continues prompts token by token, several at a time, each as if it were alone.
///
/// @param decoder the model
/// @param stop token ids that end an answer
/// @param maxNew most tokens of one answer, at least 0
/// @param sampling how tokens are chosen
/// @param seed of the draws; each prompt draws from a stream of its own
public record Generator(Decoder decoder, Set<Integer> stop, int maxNew, Sampling sampling, long seed) {
    /// Prompts enter when one in so many places is free.
    private static final int ENTER = 4;

    /// @throws LotaException if the most tokens of an answer are under 0
    public Generator {
        if (maxNew < 0) {
            throw new LotaException("The most tokens of an answer must be at least 0, found " + maxNew + ".");
        }
        stop = Set.copyOf(stop);
    }

    /// What was generated behind one prompt.
    ///
    /// @param ids the answer's tokens without the one that ended it
    /// @param end the stop token that ended it; empty if the limit did
    @SuppressWarnings("ArrayRecordComponent") // made once and given away
    public record Answer(int[] ids, OptionalInt end) {
        /// Whether a stop token ended it, not the limit.
        public boolean ended() {
            return end.isPresent();
        }
    }

    /// Answers to `prompts`, all at once: as [#generate(List, int)].
    public List<Answer> generate(List<int[]> prompts) {
        return generate(prompts, Math.max(1, prompts.size()));
    }

    /// Answers to `prompts`, in their order; each prompt holds at least one token. An answer ends at the
    /// latest where the model's positions do, and a prompt that leaves no room has an empty one. Where
    /// answers have ended, waiting prompts take their places.
    ///
    /// @param atOnce prompts that are answered at a time, at least 1; the answers do not depend on it
    /// @throws LotaException if a logit is NaN or infinite
    public List<Answer> generate(List<int[]> prompts, int atOnce) {
        if (atOnce < 1) {
            throw new LotaException("At least 1 prompt must be answered at a time, found " + atOnce + ".");
        }
        int[] room = prompts.stream().mapToInt(p -> room(p.length)).toArray();
        int capacity = IntStream.range(0, room.length)
                .filter(p -> room[p] > 0)
                .map(p -> prompts.get(p).length + room[p])
                .max()
                .orElse(1);
        int slots = Math.clamp(prompts.size(), 1, atOnce);
        try (KvCache cache = new KvCache(decoder, slots, capacity, kernel())) {
            return new Run(cache, slots, room).all(prompts);
        }
    }

    private @Nullable DecodingKernel kernel() {
        boolean host = decoder.device().isHost();
        return host && VectorModule.isPresent() ? new VectorDecodingKernel() : null;
    }

    /// The most tokens of an answer to a prompt of so many tokens: what was asked for, or what the model's positions
    /// leave.
    public int room(int promptLength) {
        return Math.clamp(decoder.config().maxPositions() - (long) promptLength, 0, maxNew);
    }

    private final class Run {
        private final KvCache cache;
        private final List<List<Integer>> answers = new ArrayList<>();
        private final SplittableRandom[] random;
        private final OptionalInt[] ends;
        private final int[] room;
        /// Slots without a sequence.
        private final Deque<Integer> free = new ArrayDeque<>();
        /// The slot of each prompt that is being answered.
        private final int[] slot;

        Run(KvCache cache, int slots, int[] room) {
            int prompts = room.length;
            this.cache = cache;
            this.slot = new int[prompts];
            IntStream.range(0, slots).forEach(free::add);
            this.room = room;
            this.ends = new OptionalInt[prompts];
            Arrays.fill(ends, OptionalInt.empty());
            this.random = new SplittableRandom[prompts];
            SplittableRandom seeds = new SplittableRandom(seed);
            for (int p = 0; p < prompts; p++) {
                answers.add(new ArrayList<>());
                random[p] = seeds.split();
            }
        }

        List<Answer> all(List<int[]> prompts) {
            Deque<Integer> waiting = new ArrayDeque<>();
            IntStream.range(0, prompts.size()).filter(p -> room[p] > 0).forEach(waiting::add);
            int[] active = {};
            while (active.length > 0 || !waiting.isEmpty()) {
                int[] entering = enter(waiting, active.length);
                int[] goingOn = active.length == 0
                        ? active
                        : step(active, p -> new int[] {answers.get(p).getLast()});
                int[] begun = entering.length == 0 ? entering : step(entering, prompts::get);
                active = IntStream.concat(Arrays.stream(goingOn), Arrays.stream(begun))
                        .toArray();
            }
            return IntStream.range(0, prompts.size())
                    .mapToObj(p -> new Answer(
                            answers.get(p).stream().mapToInt(Integer::intValue).toArray(), ends[p]))
                    .toList();
        }

        /// Gives waiting prompts the free slots. Several at a time: the prompts of few take nearly as long as those of
        /// many.
        private int[] enter(Deque<Integer> waiting, int active) {
            int count = Math.min(free.size(), waiting.size());
            if (active > 0 && count < waiting.size() && ENTER * free.size() < active + free.size()) {
                return new int[0];
            }
            int[] entering = new int[count];
            for (int e = 0; e < count; e++) {
                entering[e] = waiting.remove();
                slot[entering[e]] = free.remove();
                cache.clear(slot[entering[e]]);
            }
            return entering;
        }

        /// Appends tokens to some sequences, then one to the answer of each, and returns those that go on.
        private int[] step(int[] some, IntFunction<int[]> tokens) {
            float[][] logits = cache.append(
                    Arrays.stream(some).map(p -> slot[p]).toArray(),
                    Arrays.stream(some).mapToObj(tokens).toArray(int[][]::new));
            int[] on = choose(some, logits);
            Arrays.stream(some).filter(p -> !goesOn(p)).forEach(p -> free.add(slot[p]));
            return on;
        }

        /// Extends each answer by its next token and returns those that go on.
        private int[] choose(int[] active, float[][] logits) {
            for (int a = 0; a < active.length; a++) {
                int prompt = active[a];
                requireFinite(logits[a], prompt);
                int token = sampling.choose(logits[a], random[prompt]);
                if (stop.contains(token)) {
                    ends[prompt] = OptionalInt.of(token);
                } else {
                    answers.get(prompt).add(token);
                }
            }
            return Arrays.stream(active).filter(this::goesOn).toArray();
        }

        private boolean goesOn(int prompt) {
            return ends[prompt].isEmpty() && answers.get(prompt).size() < room[prompt];
        }

        private void requireFinite(float[] logits, int prompt) {
            for (float logit : logits) {
                if (!Float.isFinite(logit)) {
                    throw decoder.notFinite(Text.format(
                            "After %d new tokens of answer %d a token's logit is %s",
                            answers.get(prompt).size(), prompt + 1, logit));
                }
            }
        }
    }
}
