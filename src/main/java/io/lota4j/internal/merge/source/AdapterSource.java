package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.peft.AdapterConfig;
import io.lota4j.internal.peft.AdapterFolder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A PEFT adapter.
final class AdapterSource implements MergeSource {
    private final String label;
    private final SafetensorsFile file;
    private final Optional<String> baseName;
    private final SequencedMap<String, AdapterPart> parts;
    private final SequencedMap<String, Tensor> tensors;
    private final SequencedMap<String, Tensor> heads;
    private final Map<String, String> embeddings;
    private final List<String> doubts;
    private final List<String> unmatched;

    private AdapterSource(
            String label,
            AdapterConfig config,
            SafetensorsFile file,
            Optional<ModelOutline> base,
            boolean onCheckpoint) {
        this.label = label;
        this.file = file;
        this.baseName = config.text("base_model_name_or_path");
        SequencedMap<String, AdapterPart> own = AdapterParts.read(config, file);
        this.parts = asBaseNames(own, base);
        Targets targets = new Targets(file.path(), base);
        TreeMap<String, Tensor> matched = new TreeMap<>();
        AdapterHeads found = AdapterHeads.of(config, file, parts, base);
        this.heads = onCheckpoint ? found.heads() : Collections.emptyNavigableMap();
        this.embeddings = found.embeddings();
        this.doubts = Stream.concat(
                        found.doubts().stream(),
                        Stream.of("rank_pattern", "alpha_pattern")
                                .flatMap(key -> idle(label, config, key, own.keySet())))
                .toList();
        parts.forEach((name, part) -> {
            if (!heads.containsKey(name) && targets.match(name, part::misfit)) {
                matched.put(name, outline(name, part, base));
            }
        });
        this.tensors = Collections.unmodifiableSequencedMap(matched);
        this.unmatched = targets.unmatched();
    }

    /// @param onCheckpoint whether it is put on its base at once, which then may get a head of its own
    /// @throws LotaException when the adapter is malformed or fits nothing in the base
    static AdapterSource open(String label, AdapterFolder folder, Optional<ModelOutline> base, boolean onCheckpoint) {
        AdapterConfig config = AdapterConfig.read(folder.config());
        SafetensorsFile file = SafetensorsFile.open(folder.weights());
        boolean opened = false;
        try {
            AdapterSource source = new AdapterSource(label, config, file, base, onCheckpoint);
            opened = true;
            return source;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /// The parts by the names that the base's file has for its tensors, where those in memory differ in what stands in
    /// front.
    private static SequencedMap<String, AdapterPart> asBaseNames(
            SequencedMap<String, AdapterPart> parts, Optional<ModelOutline> base) {
        Optional<DecoderNames> from = DecoderNames.of(parts.keySet());
        Optional<DecoderNames> to =
                base.flatMap(model -> DecoderNames.of(model.tensors().keySet()));
        if (from.isEmpty() || to.isEmpty() || !from.get().isAlike(to.get())) {
            return parts;
        }
        SequencedMap<String, AdapterPart> renamed = new TreeMap<>();
        parts.forEach((name, part) -> renamed.put(from.get().renamed(name, to.get()), part));
        return renamed;
    }

    private static Stream<String> idle(String label, AdapterConfig config, String key, Collection<String> names) {
        List<String> modules =
                names.stream().map(name -> name.replaceFirst("\\.weight$", "")).toList();
        return config.patternsOfNone(key, modules).stream()
                .map(pattern ->
                        Text.format("%s: the pattern '%s' of '%s' matches none of its modules", label, pattern, key));
    }

    private Tensor outline(String name, AdapterPart part, Optional<ModelOutline> base) {
        return base.map(model -> model.tensors().get(name))
                .orElseGet(() -> new Tensor(
                        part.shape()
                                .orElseThrow(() -> new LotaException(Text.format(
                                        "%s does not say the shape of tensor '%s'; give the base that it is for.",
                                        file.path(), name))),
                        DType.F32));
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public boolean isWhole() {
        return false;
    }

    @Override
    public SequencedMap<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public Optional<Path> directory() {
        return Optional.empty();
    }

    @Override
    public List<String> unmatched() {
        return unmatched;
    }

    @Override
    public SequencedMap<String, Tensor> heads() {
        return heads;
    }

    @Override
    public Optional<String> headOn(String name) {
        return Optional.ofNullable(embeddings.get(name));
    }

    @Override
    public List<String> doubts() {
        return doubts;
    }

    @Override
    public Optional<String> baseName() {
        return baseName;
    }

    @Override
    public boolean rewrites(String name) {
        AdapterPart part = parts.get(name);
        return part != null && part.rewrites();
    }

    @Override
    public ModelTensor tensor(String name, Shape shape, Optional<ModelTensor.Weights> base) {
        AdapterPart part = parts.get(name);
        if (part == null) {
            return SparseDelta.none(shape);
        }
        part.misfit(shape).ifPresent(Misfit::refuse);
        return part.on(shape, base);
    }

    @Override
    public void close() {
        file.close();
    }
}
