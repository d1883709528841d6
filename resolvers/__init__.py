"""How each question is answered: inputs, finding inside the account, calling one verb."""
