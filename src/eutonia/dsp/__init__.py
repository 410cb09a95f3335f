"""Pure array functions: filters, spectra, coherence, envelopes, bursts."""
