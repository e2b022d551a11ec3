"""Forms. Rasa keeps the loop; `validate_<form>` reads the answer, asks the next question and names its slot."""
