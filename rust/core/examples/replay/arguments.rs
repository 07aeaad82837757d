//! What the command line asks for.

use arbbot_core::{Decoder, Refused};
use std::path::Path;

/// A file of frames, and whose they are; none where its lines say so.
pub struct Source {
    /// The venue's decoder by name.
    pub venue: Option<String>,
    /// Its path, or `-`.
    pub file: String,
}

/// How to call it.
pub fn usage() -> String {
    // The names stand in one place, the core's own refusal.
    let refused = Refused::NoDecoder(String::new()).to_string();
    let names = refused.split_once("use ").map_or("", |(_, names)| names);
    format!(
        "usage: replay [[VENUE] FILE]…\n\
         FILE holds lines of TIME_NS FRAME, of the VENUE named before it, or of VENUE TIME_NS FRAME; - is standard input.\n\
         Without a FILE: the frames in replay/two_venues.txt. A VENUE is {names}."
    )
}

/// Files to read, in the order given. The text says what is wrong; empty where only help is wanted.
pub fn sources(arguments: &[String]) -> Result<Vec<Source>, String> {
    let (mut found, mut venue, mut read) = (Vec::new(), None, true);
    for argument in arguments {
        let file = argument == "-" || Path::new(argument).exists();
        if matches!(argument.as_str(), "-h" | "--help") {
            return Err(String::new());
        } else if Decoder::by_name(argument).is_some() {
            if !read {
                break;
            }
            (venue, read) = (Some(argument.clone()), false);
        } else if file {
            found.push(Source { venue: venue.clone(), file: argument.clone() });
            read = true;
        } else {
            return Err(format!("{argument}: neither a venue nor a file"));
        }
    }
    match venue.filter(|_| !read) {
        Some(venue) => Err(format!("{venue}: no file of its frames is named")),
        None => Ok(found),
    }
}
