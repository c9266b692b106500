package io.lota4j.internal.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.data.file.DataFiles;
import io.lota4j.data.file.DataPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A folder is a data set where its files say so.
class FolderTest {
    @TempDir
    Path dir;

    @Test
    void shardsAreReadInOrder() throws IOException {
        files(
                "README.md",
                ".cache/train.jsonl",
                "data/train-00001-of-00002.parquet",
                "data/train-00000-of-00002.parquet");
        files("data/test-00000-of-00001.parquet", "dataset_infos.json");
        assertThat(names("train")).containsExactly("train-00000-of-00002.parquet", "train-00001-of-00002.parquet");
        assertThat(names("test")).containsExactly("test-00000-of-00001.parquet");
        refused("validation", " has no split 'validation'; it has test, train.");
        Files.delete(dir.resolve("data/train-00000-of-00002.parquet"));
        assertThatThrownBy(() -> names("train"))
                .isInstanceOf(LotaException.class)
                .hasMessage(dir.resolve("data") + ": expected 2 files 'train-…', found 1. Get the missing ones.");
    }

    @Test
    void splitsHaveSeveralNames() throws IOException {
        files("train.jsonl.gz", "dev.jsonl", "my_eval.jsonl", "testing/a.txt");
        assertThat(names("train")).containsExactly("train.jsonl.gz");
        assertThat(names("validation")).containsExactly("dev.jsonl");
        assertThat(names("test")).containsExactly("my_eval.jsonl");
    }

    @Test
    void namedSplitsAreTaken() throws IOException {
        files("data/train_sft-00000-of-00001.parquet", "data/train_prefs-00000-of-00001.parquet");
        assertThat(names("train_sft")).containsExactly("train_sft-00000-of-00001.parquet");
        refused("train", " holds several splits 'train': train_prefs, train_sft. Say which of them is meant.");
    }

    @Test
    void filesThatSayNoSplitAreForTraining() throws IOException {
        files("a.csv", "b.csv");
        assertThat(names("train")).containsExactly("a.csv", "b.csv");
        refused("test", " has no split 'test'; none of its files says a split in its name.");
    }

    @Test
    void severalDataSetsAreRefused() throws IOException {
        files("main/train-00000-of-00001.parquet", "socratic/train-00000-of-00001.parquet");
        refused("train", " holds the split 'train' in several folders: main, socratic. Name the folder that is meant.");
    }

    @Test
    void severalKindsAreRefused() throws IOException {
        files("train.jsonl", "train.csv");
        refused(
                "train",
                " holds the split 'train' in files of several kinds: csv, jsonl. Name the file that is meant.");
    }

    @Test
    void otherFoldersAreRefused() throws IOException {
        files("config.txt");
        refused(
                "train",
                " is a folder; expected a file or a folder that holds a data set, such as train.jsonl or"
                        + " data/train-00000-of-00001.parquet.");
    }

    /// No small library reads Arrow; whoever wrote it has the one that does.
    @Test
    void whatSaveToDiskWritesIsRefusedWithAWayOut() throws IOException {
        files("dataset_dict.json", "train/data-00000-of-00001.arrow", "train/state.json");
        refused(
                "train",
                " holds Arrow files, as Dataset.save_to_disk writes them; expected Parquet, JSONL or CSV. Write it as"
                        + " Parquet with these lines of Python, and name that file:\n"
                        + "from datasets import load_from_disk\n"
                        + "load_from_disk(\"" + dir + "\")[\"train\"].to_parquet(\"train.parquet\")");
    }

    @Test
    void aSplitIsOneOfAFolder() throws IOException {
        files("train.jsonl");
        Path file = dir.resolve("train.jsonl");
        DataFiles files = DataFiles.of(file).split("test");
        assertThatThrownBy(() -> files.files(DataPart.of(file)))
                .hasMessage("The split 'test' is one of a folder's, and " + file
                        + " is no folder; leave the split out or name the folder.");
        assertThat(DataFiles.of(dir).files(DataPart.of(dir))).containsExactly(file);
    }

    private void files(String... names) throws IOException {
        for (String name : names) {
            Path file = dir.resolve(name);
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, "");
        }
    }

    private List<String> names(String split) {
        return Folder.files(dir, split).stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    private void refused(String split, String message) {
        assertThatThrownBy(() -> names(split)).isInstanceOf(LotaException.class).hasMessage(dir + message);
    }
}
