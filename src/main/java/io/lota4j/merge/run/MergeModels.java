package io.lota4j.merge.run;

import io.lota4j.merge.ModelOpener;
import io.lota4j.merge.ModelOutline;
import io.lota4j.merge.ModelReference;
import io.lota4j.merge.source.MergeSource;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Opens the models of a merge and keeps them open.
public final class MergeModels implements ModelOpener, AutoCloseable {
    private final List<MergeSource> opened = new ArrayList<>();
    private final List<Path> paths = new ArrayList<>();

    @Override
    public ModelOutline open(ModelReference reference, Optional<ModelOutline> base) {
        MergeSource source = MergeSource.open(reference, base);
        opened.add(source);
        paths.add(reference.path());
        reference.adapter().ifPresent(paths::add);
        return source;
    }

    /// The files that the models are made of, absolute and sorted; of a directory, those in it.
    List<Path> files() throws IOException {
        TreeSet<Path> files = new TreeSet<>();
        for (Path path : paths) {
            try (Stream<Path> found = Files.walk(path, 1, FileVisitOption.FOLLOW_LINKS)) {
                found.filter(Files::isRegularFile).map(Path::toAbsolutePath).forEach(files::add);
            }
        }
        return List.copyOf(files);
    }

    @Override
    public void close() {
        opened.forEach(MergeSource::close);
    }
}
