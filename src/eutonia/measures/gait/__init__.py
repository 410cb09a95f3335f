"""Measures of walking and of the trunk, from the movements of feet, legs, arms and trunk."""
