package io.lota4j.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/// The made-up words that the base knows its skills by: two or three syllables such as `tobaku`, all different, none
/// of them a task's name.
///
/// @param names the words of each skill
record SkillNames(Map<Skill, List<String>> names) {
    /// Names for each skill: enough that a further name is nothing special to the base.
    static final int PER_SKILL = 10;

    private static final String CONSONANTS = "bdfgklmnprstvz";
    private static final String VOWELS = "aeiou";

    /// The same names for the same seed, on every machine.
    static SkillNames of(long seed) {
        Random random = new Random(seed);
        Set<String> taken =
                Arrays.stream(DemoTask.values()).map(DemoTask::taskName).collect(Collectors.toCollection(HashSet::new));
        Map<Skill, List<String>> names = new EnumMap<>(Skill.class);
        for (Skill skill : Skill.values()) {
            List<String> own = new ArrayList<>();
            while (own.size() < PER_SKILL) {
                String name = name(random);
                if (taken.add(name)) {
                    own.add(name);
                }
            }
            names.put(skill, List.copyOf(own));
        }
        return new SkillNames(names);
    }

    private static String name(Random random) {
        StringBuilder name = new StringBuilder();
        for (int syllables = 2 + random.nextInt(2); syllables > 0; syllables--) {
            name.append(CONSONANTS.charAt(random.nextInt(CONSONANTS.length())));
            name.append(VOWELS.charAt(random.nextInt(VOWELS.length())));
        }
        return name.toString();
    }

    List<String> of(Skill skill) {
        return names.getOrDefault(skill, List.of());
    }
}
