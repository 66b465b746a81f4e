//! What a target of bytes is: a body, and changes of which every other one keeps the file what it is.

/// A target that gives its bytes to a body.
macro_rules! target_of_bytes {
    ($body:path) => {
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            $body(bytes);
        });

        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            if seed.is_multiple_of(2) {
                return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
            }
            let changed = mutation::mutated(&data[..size], u64::from(seed));
            let length = changed.len().min(max_size);
            data[..length].copy_from_slice(&changed[..length]);
            length
        });
    };
}
