def percent_of(amount: int, percent: int) -> int:
    """Rounded half up; not for negative amounts."""
    return (amount * percent + 50) // 100
