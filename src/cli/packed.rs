//! The file of a snapshot: private, whole or not there at all, and compressed where its name says so.

use std::fmt::Display;
use std::io::{self, Read, Write};

use camino::{Utf8Path, Utf8PathBuf};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::failure::Failure;
use super::folder::private_file;

/// No honest snapshot is larger: one person takes about a kilobyte.
const LARGEST: u64 = 4 * 1024 * 1024 * 1024;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstandard,
}

fn packing(path: &Utf8Path) -> Packing {
    match path.extension() {
        Some("gz") => Packing::Gzip,
        Some("zst") => Packing::Zstandard,
        Some(_) | None => Packing::Plain,
    }
}

/// Refuses names that promise a compression that there is not.
pub(super) fn refuse_unknown(path: &Utf8Path) -> Result<(), Failure> {
    match path.extension() {
        Some(ending @ ("xz" | "bz2" | "zip" | "7z" | "br" | "lz4")) => Err(Failure::new(
            format!("snapshots are not kept as .{ending}"),
            "call the file .json, or .json.zst or .json.gz to have it compressed",
        )),
        Some(_) | None => Ok(()),
    }
}

/// Writes a file that only its owner can read, as a whole or not at all.
pub(super) fn write(path: &Utf8Path, text: &str) -> io::Result<()> {
    let partial = Utf8PathBuf::from(format!("{path}.partial"));
    let mut file = private_file(&partial)?;
    match packing(path) {
        Packing::Plain => file.write_all(text.as_bytes())?,
        Packing::Gzip => {
            let mut packed = GzEncoder::new(&mut file, Compression::default());
            packed.write_all(text.as_bytes())?;
            packed.finish()?;
        }
        Packing::Zstandard => {
            file.write_all(&compress_to_vec(text.as_bytes(), CompressionLevel::Fastest))?;
        }
    }
    file.sync_all()?;
    std::fs::rename(&partial, path)
}

/// The text of a file.
pub(super) fn read(path: &Utf8Path) -> Result<String, Failure> {
    let file = std::fs::File::open(path)
        .map_err(|error| Failure::file("cannot read the snapshot", path, &error))?;
    let file = io::BufReader::new(file);
    let text = match packing(path) {
        Packing::Plain => limited(file),
        Packing::Gzip => limited(GzDecoder::new(file)),
        Packing::Zstandard => match StreamingDecoder::new(file) {
            Ok(unpacked) => limited(unpacked),
            Err(_) => return Err(unusable(path, &"it is no zstd file, or not a whole one")),
        },
    };
    text.map_err(|error| {
        let known = [
            (io::ErrorKind::UnexpectedEof, "the file was cut off"),
            (
                io::ErrorKind::InvalidData,
                "it holds something that is not UTF-8 text",
            ),
            (io::ErrorKind::InvalidInput, "it is no gzip file"),
            (
                io::ErrorKind::FileTooLarge,
                "it unfolds into more than 4 GB",
            ),
        ];
        let known = known.iter().find(|(kind, _)| *kind == error.kind());
        match known {
            Some((_, why)) => unusable(path, why),
            None => unusable(path, &error),
        }
    })
}

/// A snapshot that is no good, with why.
pub(super) fn unusable(path: &Utf8Path, why: &dyn Display) -> Failure {
    Failure::new(
        format!("the snapshot `{path}` cannot be used: {why}"),
        "make one with `zdsync snapshot --out FILE`",
    )
}

fn limited(bytes: impl Read) -> io::Result<String> {
    let mut text = String::new();
    let read = bytes.take(LARGEST).read_to_string(&mut text)?;
    if u64::try_from(read).is_ok_and(|read| read >= LARGEST) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "a test looks at files")]

    use camino::Utf8Path;

    use super::{read, write};

    #[test]
    fn a_snapshot_comes_back_from_every_form_and_a_part_of_it_never_does() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let mut text = String::new();
        for number in 0..40_000_u64 {
            let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let name = format!("Zoë {}", number % 97);
            text.extend([
                "{\"id\": ",
                &mixed.to_string(),
                ", \"name\": \"",
                &name,
                "\"}\n",
            ]);
        }
        for name in ["s.json", "s.json.gz", "s.json.zst"] {
            let path = folder.join(name);
            write(&path, &text).unwrap();
            assert_eq!(read(&path).unwrap(), text, "{name}");
            if name == "s.json" {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            assert!(bytes.len() < text.len() / 2, "{name}: {}", bytes.len());
            for part in [0, 3, 12, bytes.len() / 2, bytes.len() - 1] {
                std::fs::write(&path, &bytes[..part]).unwrap();
                let error = format!("{:?}", read(&path).unwrap_err());
                assert!(error.contains("cannot be used"), "{name} {part}: {error}");
            }
            std::fs::write(&path, "{}").unwrap();
            assert!(read(&path).is_err(), "{name}");
        }
    }
}
