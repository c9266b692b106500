package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import io.lota4j.data.file.DataFiles;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A folder that is a data set: as a snapshot of the Hugging Face hub is laid out, such as
/// `data/train-00000-of-00002.parquet` or `train.jsonl`, or as `datasets` writes it on disk.
public final class Folder {
    private static final int DEPTH = 4;
    private static final int MOST_FILES = 100_000;

    /// Names of splits, and what files of them are called, as `datasets` takes them.
    private static final Map<String, List<String>> SPLITS = Map.of(
            "train", List.of("train", "training"),
            "validation", List.of("validation", "valid", "val", "dev"),
            "test", List.of("test", "testing", "eval", "evaluation"));

    private static final Pattern ENDING = Pattern.compile("(.+)\\.(jsonl|ndjson|json|csv|tsv|parquet)(\\.gz|\\.zst)?");
    private static final Pattern SHARD = Pattern.compile("(.*?)-?(\\d{5})-of-(\\d{5})");

    /// Files that describe a data set and hold none of its rows.
    private static final Set<String> DESCRIPTIONS =
            Set.of("dataset_info.json", "dataset_infos.json", "state.json", "dataset_dict.json");

    /// Files that no data set has: their folder is a model's.
    private static final Set<String> MODEL = Set.of("config.json", "tokenizer.json");

    private Folder() {}

    /// The files of a split, in the order of their names.
    ///
    /// @throws LotaException if there are none, or more than one data set
    public static List<Path> files(Path folder, String split) {
        List<Path> all = walk(folder);
        refuseArrow(folder, split, all);
        List<Path> files = all.stream()
                .filter(file -> ENDING.matcher(name(file)).matches())
                .toList();
        if (files.isEmpty() || all.stream().anyMatch(file -> MODEL.contains(name(file)))) {
            throw new LotaException(folder + " is a folder; expected a file or a folder that holds a data set, such as"
                    + " train.jsonl or data/train-00000-of-00001.parquet.");
        }
        List<Path> chosen = files.stream()
                .filter(file -> splits(folder, file).contains(split))
                .toList();
        if (chosen.isEmpty()
                && split.equals(DataFiles.TRAIN)
                && splits(folder, files).isEmpty()) {
            chosen = files;
        }
        if (chosen.isEmpty()) {
            throw new LotaException(Text.format(
                    "%s has no split '%s'; %s.",
                    folder,
                    split,
                    splits(folder, files).isEmpty()
                            ? "none of its files says a split in its name"
                            : "it has " + String.join(", ", splits(folder, files))));
        }
        requireOne(folder, split, chosen);
        requireAll(chosen);
        return chosen;
    }

    private static List<Path> walk(Path folder) {
        try (Stream<Path> walk = Files.walk(folder, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> files = walk.filter(file -> !hidden(folder.relativize(file)))
                    .filter(Files::isRegularFile)
                    .filter(file -> !DESCRIPTIONS.contains(name(file)))
                    .limit(MOST_FILES + 1L)
                    .sorted()
                    .toList();
            if (files.size() > MOST_FILES) {
                throw new LotaException(Text.format("%s holds more than %,d files.", folder, MOST_FILES));
            }
            return files;
        } catch (IOException e) {
            throw new LotaException(Text.format("The folder %s cannot be read: %s.", folder, FileKind.reason(e)), e);
        }
    }

    private static boolean hidden(Path relative) {
        for (Path name : relative) {
            if (name.toString().startsWith(".") && name.toString().length() > 1) {
                return true;
            }
        }
        return false;
    }

    /// Refuses what `save_to_disk` writes, with what to do instead.
    private static void refuseArrow(Path folder, String split, List<Path> files) {
        if (files.stream().noneMatch(file -> name(file).endsWith(".arrow"))) {
            return;
        }
        boolean splits = files.stream()
                .anyMatch(file ->
                        name(file).endsWith(".arrow") && folder.relativize(file).getNameCount() > 1);
        throw new LotaException(Text.format("""
            %s holds Arrow files, as Dataset.save_to_disk writes them; expected Parquet, JSONL or CSV. Write it as \
            Parquet with these lines of Python, and name that file:
            from datasets import load_from_disk
            load_from_disk("%s")%s.to_parquet("%s.parquet")\
            """, folder, folder, splits ? "[\"" + split + "\"]" : "", split));
    }

    /// The splits that a file's name, or else a folder's above it, says.
    private static Set<String> splits(Path folder, Path file) {
        Path relative = folder.relativize(file);
        for (int i = relative.getNameCount() - 1; i >= 0; i--) {
            Set<String> said = said(relative.getName(i).toString().toLowerCase(Locale.ROOT));
            if (!said.isEmpty()) {
                return said;
            }
        }
        return Set.of();
    }

    private static Set<String> splits(Path folder, List<Path> files) {
        Set<String> all = new LinkedHashSet<>();
        files.forEach(file -> all.addAll(splits(folder, file)));
        return all;
    }

    private static Set<String> said(String name) {
        Set<String> said = new LinkedHashSet<>();
        // Of `test_sft-00000-of-00001.parquet` both `test_sft` and `test`.
        Matcher ending = ENDING.matcher(name);
        String stem = ending.matches() ? ending.group(1) : name;
        Matcher shard = SHARD.matcher(stem);
        if (shard.matches() && !shard.group(1).isEmpty()) {
            said.add(shard.group(1));
        }
        SPLITS.forEach((split, words) -> {
            for (String word : words) {
                if (Pattern.compile("(^|[^a-z0-9])" + word + "($|[^a-z])")
                        .matcher(stem)
                        .find()) {
                    said.add(split);
                }
            }
        });
        return said;
    }

    /// Refuses a folder of several data sets, and files of several kinds.
    private static void requireOne(Path folder, String split, List<Path> files) {
        Map<String, List<String>> places = new TreeMap<>();
        Set<String> endings = new LinkedHashSet<>();
        for (Path file : files) {
            Path relative = folder.relativize(file);
            String above =
                    relative.getParent() == null ? "." : relative.getParent().toString();
            places.computeIfAbsent(above, key -> new ArrayList<>()).add(name(file));
            Matcher ending = ENDING.matcher(name(file));
            if (ending.matches()) {
                endings.add(ending.group(2));
            }
        }
        if (places.size() > 1) {
            throw new LotaException(Text.format(
                    "%s holds the split '%s' in several folders: %s. Name the folder that is meant.",
                    folder, split, String.join(", ", places.keySet())));
        }
        if (endings.size() > 1) {
            throw new LotaException(Text.format(
                    "%s holds the split '%s' in files of several kinds: %s. Name the file that is meant.",
                    folder, split, String.join(", ", endings)));
        }
        Set<String> stems = new LinkedHashSet<>();
        files.forEach(file -> {
            Matcher ending = ENDING.matcher(name(file));
            Matcher shard = SHARD.matcher(ending.matches() ? ending.group(1) : "");
            stems.add(shard.matches() ? shard.group(1) : "");
        });
        if (stems.size() > 1 && !stems.contains("")) {
            throw new LotaException(Text.format(
                    "%s holds several splits '%s': %s. Say which of them is meant.",
                    folder, split, String.join(", ", stems)));
        }
    }

    /// Refuses a split of which shards are missing.
    private static void requireAll(List<Path> files) {
        Map<String, Integer> counts = new TreeMap<>();
        Map<String, Integer> expected = new TreeMap<>();
        for (Path file : files) {
            Matcher ending = ENDING.matcher(name(file));
            Matcher shard = SHARD.matcher(ending.matches() ? ending.group(1) : "");
            if (shard.matches()) {
                counts.merge(shard.group(1), 1, Integer::sum);
                expected.put(shard.group(1), Integer.parseInt(shard.group(3)));
            }
        }
        counts.forEach((stem, found) -> {
            if (!found.equals(expected.get(stem))) {
                throw new LotaException(Text.format(
                        "%s: expected %d files '%s-…', found %d. Get the missing ones.",
                        files.getFirst().toAbsolutePath().getParent(), expected.get(stem), stem, found));
            }
        });
    }

    private static String name(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT);
    }
}
