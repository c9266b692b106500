package io.lota4j.export;

/// What some exports let choose; see [ExportOptions].
public enum ExportSetting {
    TYPE,
    MOST_BYTES,
    SCORES,
    DATASETS,
    BASE_NAME,
    PEFT_TYPE
}
