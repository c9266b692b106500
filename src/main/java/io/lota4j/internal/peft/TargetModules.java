package io.lota4j.internal.peft;

import io.lota4j.internal.checkpoint.DecoderNames;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// How an adapter's configuration names its targets.
public final class TargetModules {
    private static final String WEIGHT = ".weight";

    private TargetModules() {}

    /// The last words of the modules' names, such as `q_proj`, where these select just the targets; else whole names.
    ///
    /// @param targets names of weights
    /// @param all names of the base's tensors, targets among them
    public static List<String> of(Set<String> targets, Collection<String> all) {
        Set<String> words = new TreeSet<>();
        targets.forEach(target -> words.add(word(target)));
        boolean exact = all.stream().filter(name -> words.contains(word(name))).allMatch(targets::contains);
        return exact
                ? List.copyOf(words)
                : targets.stream().map(TargetModules::module).sorted().toList();
    }

    /// What PEFT calls a tensor or a module of a base: as transformers has it in memory.
    ///
    /// @param names that the base has for its tensors
    public static String inMemory(DecoderNames names, String name) {
        return names.isInLayer(name) ? names.renamed(name, names.inMemory()) : name;
    }

    private static String word(String tensor) {
        String module = module(tensor);
        return module.substring(module.lastIndexOf('.') + 1);
    }

    /// The module that a weight is of; another tensor's own name.
    public static String module(String tensor) {
        return tensor.endsWith(WEIGHT) ? tensor.substring(0, tensor.length() - WEIGHT.length()) : tensor;
    }
}
