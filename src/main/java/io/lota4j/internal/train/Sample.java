package io.lota4j.internal.train;

import io.lota4j.data.Example;
import java.util.List;
import java.util.stream.IntStream;

/// A row that a step takes whole: its sequences are never cut apart.
///
/// @param place of the row among those of its data, from 0
public record Sample(int place, Example example) {
    /// All rows of data, in their order.
    public static List<Sample> all(List<Example> examples) {
        return IntStream.range(0, examples.size())
                .mapToObj(place -> new Sample(place, examples.get(place)))
                .toList();
    }
}
