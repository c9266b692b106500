package io.lota4j.demo;

import io.lota4j.internal.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Generates the demo's rows: the same ones for the same seed, on every machine.
///
/// The names belong to the base: a base that was trained on one seed's corpus knows none of another seed's names.
///
/// @param seed decides names, arguments and order
public record DemoData(long seed) {
    /// The seed of the corpus that the built-in base was trained on.
    public static final long DEFAULT_SEED = 1;

    /// Different arguments of one kind that a split surely holds: of 2500 pairs of numbers some 310 are for tests.
    public static final int MOST_TEST_ROWS = 256;

    /// As [#MOST_TEST_ROWS], for training.
    public static final int MOST_TRAIN_ROWS = 2048;

    /// What the base learns: a random skill under a random one of its names, an argument at a time. Rows may repeat.
    ///
    /// @param rows how many
    public Stream<DemoRow> base(Split split, int rows) {
        SkillNames names = SkillNames.of(seed);
        Random random = random("base " + split);
        Arguments arguments = new Arguments(split, random);
        Skill[] skills = Skill.values();
        Supplier<DemoRow> next = () -> {
            Skill skill = skills[random.nextInt(skills.length)];
            List<String> own = names.of(skill);
            return row(own.get(random.nextInt(own.size())), skill, arguments.next(skill));
        };
        // Drawn one after the other: a parallel stream would change the order.
        return IntStream.range(0, rows).mapToObj(i -> next.get()).sequential();
    }

    /// What a ticket learns: the task's name with different arguments. A longer file begins with a shorter one.
    ///
    /// @param rows how many, at most [#MOST_TEST_ROWS] or [#MOST_TRAIN_ROWS]
    public List<DemoRow> task(DemoTask task, Split split, int rows) {
        int most = split == Split.TEST ? MOST_TEST_ROWS : MOST_TRAIN_ROWS;
        if (rows < 0 || rows > most) {
            throw new IllegalArgumentException(Text.format("rows must be 0 to %d, not %d", most, rows));
        }
        Arguments arguments = new Arguments(split, random(task + " " + split));
        Map<String, DemoRow> drawn = new LinkedHashMap<>();
        while (drawn.size() < rows) {
            drawn.computeIfAbsent(
                    arguments.next(task.skill()), argument -> row(task.taskName(), task.skill(), argument));
        }
        return List.copyOf(drawn.values());
    }

    private static DemoRow row(String name, Skill skill, String argument) {
        return new DemoRow(name + ":" + argument, skill.answer(argument));
    }

    /// Every file has its own sequence, so that the length of one changes no other.
    Random random(String file) {
        return new Random(seed * 0x9E3779B97F4A7C15L + file.hashCode());
    }
}
