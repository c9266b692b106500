package io.lota4j.internal.peft;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Elements;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import java.util.Map;

/// An adapter's tensors for one module of its base.
///
/// @param file that holds them
/// @param name of the module in the base, such as `model.layers.0.mlp.up_proj`
/// @param parameters by what follows the module's name, such as `lora_A.weight`
public record AdapterModule(SafetensorsFile file, String name, Map<String, TensorInfo> parameters) {
    /// What PEFT puts before the names of the base.
    public static final String PREFIX = "base_model.model.";

    /// The longest array that every JVM can make.
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8L;

    public boolean has(String parameter) {
        return parameters.containsKey(parameter);
    }

    /// @throws LotaException when it is missing
    public TensorInfo info(String parameter) {
        TensorInfo info = parameters.get(parameter);
        if (info == null) {
            throw new LotaException(
                    Text.format("%s is missing, but %s is there.", where(parameter), parameters.keySet()));
        }
        return info;
    }

    /// @throws LotaException when it is missing, is empty, is too large or has another number of dimensions
    public Shape shape(String parameter, int rank) {
        Shape shape = info(parameter).shape();
        if (shape.rank() != rank) {
            throw new LotaException(
                    Text.format("%s must have %d dimensions, but has shape %s.", where(parameter), rank, shape));
        }
        if (shape.numel() == 0 || shape.numel() > MOST_ELEMENTS) {
            throw new LotaException(Text.format(
                    "%s must have 1 to %d elements, but has shape %s.", where(parameter), MOST_ELEMENTS, shape));
        }
        return shape;
    }

    /// @throws LotaException when it is missing or has another shape
    public void requireShape(String parameter, Shape expected, String why) {
        Shape found = info(parameter).shape();
        if (!found.equals(expected)) {
            throw new LotaException(
                    Text.format("%s must have shape %s (%s), but has %s.", where(parameter), expected, why, found));
        }
    }

    /// The elements of a parameter.
    ///
    /// @throws LotaException when it is missing or holds no floats
    public Elements elements(String parameter) {
        TensorInfo info = info(parameter);
        if (!info.dtype().isFloat()) {
            throw new LotaException(
                    Text.format("%s must be F32, BF16, F16 or F64, but is %s.", where(parameter), info.dtype()));
        }
        return new Elements(info.dtype(), file.bytes(info.name()));
    }

    /// All values of a parameter.
    ///
    /// @throws LotaException when one is not finite
    public float[] values(String parameter) {
        Elements elements = elements(parameter);
        elements.firstNotFinite().ifPresent(at -> {
            throw new LotaException(Text.format("%s: element %d is not a finite number.", where(parameter), at));
        });
        return elements.toArray();
    }

    public String where(String parameter) {
        return Text.format("%s: tensor '%s%s.%s'", file.path(), PREFIX, name, parameter);
    }
}
