package io.lota4j.demo;

import java.util.Random;

/// Draws arguments: words of three to five random letters, or two numbers under 50.
///
/// @param split the side that every argument is on
/// @param random where they come from
record Arguments(Split split, Random random) {
    private static final int NUMBERS_UNDER = 50;
    private static final int SHORTEST_WORD = 3;
    private static final int LONGEST_WORD = 5;

    String next(Skill skill) {
        String argument;
        do {
            argument = skill.takesNumbers() ? numbers() : word();
        } while (Split.of(argument) != split);
        return argument;
    }

    private String numbers() {
        return random.nextInt(NUMBERS_UNDER) + " " + random.nextInt(NUMBERS_UNDER);
    }

    private String word() {
        StringBuilder word = new StringBuilder();
        for (int n = SHORTEST_WORD + random.nextInt(LONGEST_WORD - SHORTEST_WORD + 1); n > 0; n--) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }
}
