package io.lota4j.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// What all campaigns have in common: a seed, amounts, and a table of what they did.
///
/// A campaign is a JUnit class named `*Campaign`. `mvn -Pcampaign test` runs all of them, and
/// `mvn -Pcampaign test -Dtest=KillCampaign -Dcampaign.seed=7 -Dcampaign.kills=10` one, another way.
final class Campaigns {
    private Campaigns() {}

    /// The seed of everything that is drawn: `campaign.seed`, or 1.
    static long seed() {
        return Long.getLong("campaign.seed", 1);
    }

    /// What draws, the same for the same seed.
    static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /// How much is done: the property `campaign.NAME`, or else what is usual.
    static int amount(String name, int usual) {
        return Integer.getInteger("campaign." + name, usual);
    }

    /// Says a line at once: a campaign takes minutes.
    static void say(String line) {
        System.out.println(line);
    }

    /// A table with its columns aligned, the first to the left and all others to the right.
    static String table(List<List<String>> rows) {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                int width = row.get(column).length();
                if (column == widths.size()) {
                    widths.add(width);
                } else {
                    widths.set(column, Math.max(widths.get(column), width));
                }
            }
        }
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                String padding = " ".repeat(widths.get(column) - cell.length());
                table.append(column == 0 ? cell + padding : "  " + padding + cell);
            }
            table.append('\n');
        }
        return table.toString();
    }
}
