package io.lota4j.data.file;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where some of a data set's rows are, and how much of them an epoch takes.
///
/// @param path a file; a folder of files, as `datasets` lays it out; or `-` for standard input
/// @param weight how often an epoch takes each row: 2 is twice, 0.5 in every second epoch; over 0 and at most 1000
public record DataPart(Path path, double weight) {
    private static final double MOST = 1000;
    private static final Pattern WEIGHTED = Pattern.compile("(.+):(\\d*\\.?\\d+)");

    /// @throws LotaException if the weight is out of its range
    public DataPart {
        if (!(weight > 0) || weight > MOST) {
            throw new LotaException(Text.format(
                    "The weight of %s must be over 0 and at most %.0f, found %s.", path, MOST, number(weight)));
        }
    }

    /// A path whose rows an epoch takes once each.
    public static DataPart of(Path path) {
        return new DataPart(path, 1);
    }

    /// A path, or a path, a colon and its weight. What is there under the whole name is a path without a weight.
    ///
    /// @throws LotaException if the weight is out of its range
    public static DataPart parse(String text) {
        Matcher weighted = WEIGHTED.matcher(text);
        if (!weighted.matches() || Files.exists(Path.of(text))) {
            return of(Path.of(text));
        }
        return new DataPart(Path.of(weighted.group(1)), Double.parseDouble(weighted.group(2)));
    }

    /// A weight without needless digits.
    public static String number(double weight) {
        return weight == Math.rint(weight) ? Text.format("%.0f", weight) : Double.toString(weight);
    }

    /// As [#parse] reads it.
    @Override
    public String toString() {
        return weight == 1 ? path.toString() : path + ":" + number(weight);
    }
}
