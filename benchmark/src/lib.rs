//! Measures packing and delivery, stage by stage, against what this machine can do.
