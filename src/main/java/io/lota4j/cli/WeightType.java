package io.lota4j.cli;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Types that weights can be written as, by the names of safetensors or those of configurations and merge recipes.
final class WeightType implements ITypeConverter<DType> {
    /// For help pages.
    static final String NAMES = "F32, BF16 or F16";

    @Override
    public DType convert(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "f32", "float32" -> DType.F32;
            case "bf16", "bfloat16" -> DType.BF16;
            case "f16", "float16" -> DType.F16;
            default -> throw new TypeConversionException(Text.format("expected %s but was '%s'", NAMES, value));
        };
    }
}
