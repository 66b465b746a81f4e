//! Stable codes in place of customers' names: `C-` and 16 hexadecimal digits of an HMAC-SHA-256.
//!
//! The same key gives the same code in every run, so two nights' plans can be compared; another key gives others.
//! Customer numbers are few enough to be tried one by one, so without a secret key a code hides a name from a reader
//! and not from somebody who sets out to find it. SHA-256 is FIPS 180-4, HMAC is RFC 2104; they stand here because a
//! hash is all we need and a page is less than a dependency.

/// Bytes SHA-256 works in at a time.
const BLOCK: usize = 64;

/// Replaces names by codes under one key.
#[derive(Clone, Debug)]
pub(super) struct Pseudonyms {
    key: [u8; BLOCK],
}

impl Pseudonyms {
    /// Codes under `key`; the empty key is everybody's.
    pub fn new(key: &str) -> Self {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&sha256(key.as_bytes()));
        } else {
            block[..key.len()].copy_from_slice(key.as_bytes());
        }
        Self { key: block }
    }

    /// The code of `name`.
    pub fn code(&self, name: &str) -> String {
        let digest = self.digest(name.as_bytes());
        let digits: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("C-{digits}")
    }

    fn digest(&self, message: &[u8]) -> [u8; 32] {
        let padded = |pad: u8, rest: &[u8]| [self.key.map(|byte| byte ^ pad).as_slice(), rest].concat();
        sha256(&padded(0x5c, &sha256(&padded(0x36, message))))
    }
}

/// The first 32 bits of the fractional parts of the first `N` primes' roots, as FIPS 180-4 asks, worked out exactly.
fn prime_roots<const N: usize>(power: u32) -> [u32; N] {
    let mut roots = [0; N];
    let mut prime: u128 = 1;
    for root in &mut roots {
        prime += 1;
        while (2..prime).any(|divisor| prime.is_multiple_of(divisor)) {
            prime += 1;
        }
        // The largest r with r^power <= prime x 2^(32 power): the root, in 2^-32ths. Primes here are below 312.
        let target = prime << (32 * power);
        let (mut low, mut high) = (0_u128, 1 << 37);
        while high - low > 1 {
            let middle = (low + high) / 2;
            if middle.pow(power) <= target { low = middle } else { high = middle }
        }
        *root = (low & 0xffff_ffff) as u32;
    }
    roots
}

fn sha256(message: &[u8]) -> [u8; 32] {
    use std::sync::LazyLock;
    static START: LazyLock<[u32; 8]> = LazyLock::new(|| prime_roots(2));
    static ROUNDS: LazyLock<[u32; 64]> = LazyLock::new(|| prime_roots(3));
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(BLOCK), 0);
    if padded.len() - message.len() < 9 {
        padded.resize(padded.len() + BLOCK, 0);
    }
    let length = padded.len() - 8;
    padded[length..].copy_from_slice(&(message.len() as u64 * 8).to_be_bytes());
    let mut state = *START;
    for block in padded.chunks_exact(BLOCK) {
        compress(&mut state, block, &ROUNDS);
    }
    let mut digest = [0; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

fn compress(state: &mut [u32; 8], block: &[u8], rounds: &[u32; 64]) {
    let mut words = [0_u32; 64];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
    }
    for i in 16..64 {
        let (a, b) = (words[i - 15], words[i - 2]);
        let small = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
        let large = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
        words[i] = words[i - 16].wrapping_add(small).wrapping_add(words[i - 7]).wrapping_add(large);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (word, constant) in words.iter().zip(rounds) {
        let mixed = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let chosen = (e & f) ^ (!e & g);
        let first = h.wrapping_add(mixed).wrapping_add(chosen).wrapping_add(*constant).wrapping_add(*word);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        let second = (a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22)).wrapping_add(majority);
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(first), c, b, a, first.wrapping_add(second));
    }
    for (word, change) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn sha256_gives_the_published_digests() {
        // FIPS 180-2 appendix B, and the empty message.
        for (message, digest) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
        ] {
            assert_eq!(hex(&sha256(message.as_bytes())), digest);
        }
    }

    #[test]
    fn hmac_gives_the_published_digest() {
        // RFC 4231, test case 2.
        let digest = Pseudonyms::new("Jefe").digest(b"what do ya want for nothing?");
        assert_eq!(hex(&digest), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn codes_are_stable_and_keyed() {
        let open = Pseudonyms::new("");
        assert_eq!(open.code("17850"), open.code("17850"));
        assert_ne!(open.code("17850"), open.code("17851"));
        assert_ne!(open.code("17850"), Pseudonyms::new("secret").code("17850"));
        assert_eq!(open.code("17850").len(), 18);
    }
}
