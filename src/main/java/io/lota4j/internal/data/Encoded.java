package io.lota4j.internal.data;

/// A text in tokens that know where they stand.
///
/// @param ids of the tokens
/// @param starts the first UTF-16 unit of the text that each token stands for
/// @param ends the unit after the last one; several tokens may stand for parts of one character
@SuppressWarnings("ArrayRecordComponent") // made once and given away
record Encoded(int[] ids, int[] starts, int[] ends) {}
