package io.lota4j.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DemoDataTest {
    private static final DemoData DATA = new DemoData(DemoData.DEFAULT_SEED);

    private static String argument(DemoRow row) {
        return row.prompt().substring(row.prompt().indexOf(':') + 1);
    }

    private static String name(DemoRow row) {
        return row.prompt().substring(0, row.prompt().indexOf(':'));
    }

    @Test
    void namesAreDifferentAndNoTasks() {
        SkillNames names = SkillNames.of(DemoData.DEFAULT_SEED);
        List<String> all = new ArrayList<>();
        for (Skill skill : Skill.values()) {
            assertThat(names.of(skill)).hasSize(SkillNames.PER_SKILL);
            all.addAll(names.of(skill));
        }
        assertThat(all)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("([bdfgklmnprstvz][aeiou]){2,3}"))
                .doesNotContain("flip", "plus", "order", "shift");
    }

    @Test
    void theSameSeedGivesTheSameRowsForEver() {
        assertThat(DATA.base(Split.TRAIN, 3))
                .containsExactlyElementsOf(DATA.base(Split.TRAIN, 3).toList());
        assertThat(DATA.task(DemoTask.PLUS, Split.TRAIN, 3))
                .isEqualTo(DATA.task(DemoTask.PLUS, Split.TRAIN, 9).subList(0, 3));
        assertThat(DATA.base(Split.TRAIN, 20)).isNotEqualTo(new DemoData(2).base(Split.TRAIN, 20));
        // The built-in weights depend on these: they may not change without a new base.
        assertThat(DATA.base(Split.TRAIN, 4).map(row -> row.prompt() + "=" + row.completion()))
                .containsExactly("tesu:qyex=4", "vobe:vzdsj=5", "koriga:yhncu=yyhhnnccuu", "dinu:eyr=e");
        assertThat(DATA.task(DemoTask.FLIP, Split.TEST, 1)).containsExactly(new DemoRow("flip:qau", "uaq"));
        assertThat(DATA.task(DemoTask.SHIFT, Split.TEST, 1).getFirst().prompt()).startsWith("shift:");
    }

    @ParameterizedTest
    @EnumSource
    void tasksAnswerRightAndNeverTestWhatTheyTrain(DemoTask task) {
        List<DemoRow> train = DATA.task(task, Split.TRAIN, DemoData.MOST_TRAIN_ROWS);
        List<DemoRow> test = DATA.task(task, Split.TEST, DemoData.MOST_TEST_ROWS);
        Set<DemoRow> all = new HashSet<>(train);
        all.addAll(test);
        assertThat(all).hasSize(DemoData.MOST_TRAIN_ROWS + DemoData.MOST_TEST_ROWS);
        assertThat(all).allSatisfy(row -> {
            assertThat(name(row)).isEqualTo(task.taskName());
            assertThat(row.completion()).isEqualTo(task.skill().answer(argument(row)));
        });
    }

    @Test
    void theBaseNeverSeesWhatATaskIsTestedOn() {
        Set<String> tested = new HashSet<>();
        for (DemoTask task : DemoTask.values()) {
            DATA.task(task, Split.TEST, DemoData.MOST_TEST_ROWS).forEach(row -> tested.add(argument(row)));
        }
        assertThat(DATA.base(Split.TRAIN, 20_000).map(DemoDataTest::argument)).doesNotContainAnyElementsOf(tested);
    }

    @Test
    void theBaseLearnsEverySkillUnderEveryName() {
        SkillNames names = SkillNames.of(DemoData.DEFAULT_SEED);
        Set<String> seen = DATA.base(Split.TRAIN, 5_000).map(DemoDataTest::name).collect(Collectors.toSet());
        assertThat(seen).hasSize(Skill.values().length * SkillNames.PER_SKILL);
        assertThat(DATA.base(Split.TEST, 1_000)).allSatisfy(row -> {
            Skill skill = List.of(Skill.values()).stream()
                    .filter(s -> names.of(s).contains(name(row)))
                    .findFirst()
                    .orElseThrow();
            assertThat(row.completion()).isEqualTo(skill.answer(argument(row))).isNotEmpty();
        });
    }
}
