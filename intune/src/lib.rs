//! What Intune and its agent do, and what their words mean.
