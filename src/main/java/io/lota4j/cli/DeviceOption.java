package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.memory.Device;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// What the model computes on, as a picocli mixin.
final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            converter = Converter.class,
            description = "What the model computes on: " + Device.SYNTAX + " (default: ${DEFAULT-VALUE}).")
    private Device device = Device.CPU;

    Device device() {
        return device;
    }

    /// Reads a device's name.
    static final class Converter implements ITypeConverter<Device> {
        @Override
        public Device convert(String given) {
            try {
                return Device.of(given);
            } catch (LotaException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
