package io.lota4j.internal.merge.method;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.MergeMethod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The merge methods there are.
public final class MergeMethods {
    private static final SequencedMap<String, MergeMethod> BY_NAME = new LinkedHashMap<>();

    static {
        List.of(
                        new Add(),
                        new ArceeFusion(),
                        new Breadcrumbs(),
                        new BreadcrumbsTies(),
                        new DareLinear(),
                        new DareTies(),
                        new Della(),
                        new DellaLinear(),
                        new Karcher(),
                        new Linear(),
                        new ModelStock(),
                        new MultiSlerp(),
                        new NearSwap(),
                        new NuSlerp(),
                        new Passthrough(),
                        new Ram(),
                        new RamPlus(),
                        new Sce(),
                        new Slerp(),
                        new TaskArithmetic(),
                        new Ties())
                .forEach(method -> BY_NAME.put(method.name(), method));
    }

    private MergeMethods() {}

    /// Their names, as recipes and the command line write them.
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /// The method with a name.
    ///
    /// @throws LotaException when there is none, with the nearest
    public static MergeMethod of(String name) {
        @Nullable MergeMethod method = BY_NAME.get(name);
        if (method == null) {
            String hint = Suggestions.hint(name, BY_NAME.keySet());
            throw new LotaException(Text.format(
                    "Unknown merge method '%s'; known are %s.%s", name, String.join(", ", BY_NAME.keySet()), hint));
        }
        return method;
    }
}
