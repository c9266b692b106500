package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Attributions;
import java.util.Iterator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads an attribution's name, and lists all of them.
final class AttributionName implements ITypeConverter<Attribution>, Iterable<String> {
    @Override
    public Attribution convert(String value) {
        try {
            return Attributions.of(value);
        } catch (LotaException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    @Override
    public Iterator<String> iterator() {
        return Attributions.names().iterator();
    }
}
