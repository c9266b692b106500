package io.lota4j.internal.merge.run;

import io.lota4j.internal.Build;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.TensorPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What makes two merges the same, so that one may go on where the other was stopped: version, method, every tensor's
/// plan, and the models' files by name, length and time of change.
///
/// @param all a digest of all of it
/// @param recipe a digest of method and plans alone
record MergeIdentity(String all, String recipe) {
    /// @param files of all models
    static MergeIdentity of(MergePlan plan, List<Path> files) throws IOException {
        Stream.Builder<String> lines = Stream.builder();
        lines.add(Text.format("%s %s %d", plan.method().name(), plan.compat(), plan.seed()));
        plan.tensors().forEach(tensor -> lines.add(line(tensor)));
        String recipe = digest(lines.build().toList());
        List<String> all = new ArrayList<>(List.of(recipe, Build.version()));
        for (Path file : files) {
            all.add(Text.format("%s %d %s", file, Files.size(file), Files.getLastModifiedTime(file)));
        }
        return new MergeIdentity(digest(all), recipe);
    }

    private static String digest(List<String> lines) {
        var digest = Sha256.digest();
        lines.forEach(line -> digest.update((line + "\n").getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String line(TensorPlan tensor) {
        String what = switch (tensor) {
            case TensorPlan.Copy copy -> input(copy.from());
            case TensorPlan.Merge merge ->
                Text.format(
                        "%s %s %s",
                        merge.base().map(MergeIdentity::input).orElse(""),
                        merge.models().stream().map(MergeIdentity::input).toList(),
                        settings(merge.settings()));
        };
        return Text.format("%s %s %s %s", tensor.name(), tensor.shape(), tensor.dtype(), what);
    }

    /// In order: that of an immutable map is another one in every process.
    private static String settings(Settings settings) {
        return Text.format(
                "%s %s",
                new TreeMap<>(settings.values()),
                settings.modelValues().stream().map(TreeMap::new).toList());
    }

    private static String input(TensorPlan.Input input) {
        return input.model().label() + ":" + input.tensor();
    }
}
