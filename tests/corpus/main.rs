//! The corpus: broken, odd and hostile files, each made here by FFmpeg and by
//! surgery on its bytes, each run through everything an upload goes through
//! (reliability M1-M4).
//!
//! Every file must end within [`trial::LIMIT`] and [`trial::MEMORY`], in the one
//! error that is expected or in outputs that are checked. No FFmpeg stands still
//! meanwhile, no other file is read, no connection is made, and no FFmpeg is left.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod bombs;
#[cfg(test)]
mod boxes;
#[cfg(test)]
mod case;
#[cfg(test)]
mod damaged;
#[cfg(test)]
mod flips;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod joined;
#[cfg(test)]
mod motion;
#[cfg(test)]
mod odd;
#[cfg(test)]
mod outputs;
#[cfg(test)]
mod sounds;
#[cfg(test)]
mod trial;
