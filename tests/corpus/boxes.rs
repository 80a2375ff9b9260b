//! Surgery on MP4 files, by their boxes.

/// Boxes that check boxes.
const CONTAINERS: [&[u8; 4]; 6] = [b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl"];

/// A file with every box of a kind replaced; the boxes around it grow. Where it
/// grows the index must stand last, since places in the file are not corrected.
pub(crate) fn replaced(bytes: &[u8], kind: &[u8; 4], replacement: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    let mut whole = Vec::new();
    while rest.len() >= 8 {
        let size = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let (this, next) = rest.split_at(size.clamp(8, rest.len()));
        let found: &[u8; 4] = this[4..8].try_into().unwrap();
        if found == kind {
            whole.extend_from_slice(&a_box(kind, replacement));
        } else if CONTAINERS.contains(&found) {
            whole.extend_from_slice(&a_box(found, &replaced(&this[8..], kind, replacement)));
        } else {
            whole.extend_from_slice(this);
        }
        rest = next;
    }
    whole
}

/// A box: its length, its kind, its contents.
pub(crate) fn a_box(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len() + 8).unwrap();
    [&length.to_be_bytes()[..], kind, contents].concat()
}

/// Where the name of a box stands, the first time.
pub(crate) fn place_of(bytes: &[u8], kind: &[u8; 4]) -> usize {
    bytes.windows(4).position(|window| window == kind).unwrap()
}

/// A data reference to another file, as old Macintosh programs wrote it: the
/// frames stand in the file at `path`.
pub(crate) fn data_reference(path: &str) -> Vec<u8> {
    let mut path = path.as_bytes().to_vec();
    if path.len() % 2 == 1 {
        path.push(0);
    }
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap();
    let mut alias = vec![0; 4 + 10 + 1 + 27 + 12];
    alias.push(u8::try_from(name.len().min(63)).unwrap());
    let mut file_name = name.to_vec();
    file_name.resize(63, 0);
    alias.extend_from_slice(&file_name);
    alias.extend_from_slice(&[0; 16]);
    // One level up and one down from here to there.
    alias.extend_from_slice(&[0, 1, 0, 1]);
    alias.extend_from_slice(&[0; 16]);
    alias.extend_from_slice(&2_u16.to_be_bytes());
    alias.extend_from_slice(&u16::try_from(path.len()).unwrap().to_be_bytes());
    alias.extend_from_slice(&path);
    alias.extend_from_slice(&[0xff, 0xff, 0, 0]);
    let references = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &a_box(b"alis", &alias)];
    references.concat()
}
